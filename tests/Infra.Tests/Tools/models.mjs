// Reads a JSON array of YAML documents, objects of kinds that Kubernetes itself does not have; writes what is wrong with each, or null.
import { ScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { PodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const kinds = { ScaledObject, PodMonitor };

function problem(text) {
  const object = parse(text), Kind = kinds[object.kind];
  if (!Kind) return `no model of ${object.kind}`;
  try {
    new Kind(object).validate();
    return null;
  } catch (refused) {
    return refused.message;
  }
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(problem)));
