// Reads a JSON array of PromQL expressions; writes for each what cannot be parsed, and the series it selects with their matchers.
import { parser } from "@prometheus-io/lezer-promql";
import { readFileSync } from "node:fs";

function look(expression) {
  const text = node => expression.slice(node.from, node.to);
  const errors = [], selectors = [];
  parser.parse(expression).iterate({
    enter(cursor) {
      const node = cursor.node;
      if (node.type.isError) errors.push(`at ${node.from}: ${expression.slice(node.from, node.from + 20)}`);
      if (node.name !== "VectorSelector") return;
      const name = node.getChild("Identifier");
      const matchers = (node.getChild("LabelMatchers")?.getChildren("UnquotedLabelMatcher") ?? []).map(matcher => ({
        label: text(matcher.getChild("LabelName")),
        operator: text(matcher.getChild("MatchOp")),
        value: text(matcher.getChild("StringLiteral")).slice(1, -1),
      }));
      selectors.push({ name: name ? text(name) : "", matchers });
    },
  });
  return { expression, errors, selectors };
}

console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(look)));
