{{/* What pods of silos and of the dashboard have in common. */}}
{{- define "atelier.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "atelier.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "atelier.podLabels" -}}
{{ include "atelier.labels" . }}
{{- if .root.Values.workloadIdentity.clientId }}
azure.workload.identity/use: "true"
{{- end }}
{{- end }}

{{/* The password comes before the connection string that it is put into. */}}
{{- define "atelier.environment" -}}
- name: REDIS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .Values.redis.existingSecret }}, key: {{ .Values.redis.passwordKey }} } }
- name: ConnectionStrings__redis
  value: "{{ include "atelier.redisHost" . }}:{{ .Values.redis.port }},password=$(REDIS_PASSWORD),ssl={{ and .Values.redis.tls (not .Values.redis.bundled) }}"
- { name: Orleans__ClusterId, value: {{ .Values.clusterId | quote }} }
- { name: Orleans__ServiceId, value: {{ .Values.serviceId | quote }} }
- { name: Atelier__Store, value: {{ .Values.store.url | default "/store" | quote }} }
- { name: Atelier__MetricsPort, value: {{ .Values.metrics.port | quote }} }
- { name: Atelier__MetricsAddress, value: 0.0.0.0 }
{{- if .Values.clusterKey.existingSecret }}
- { name: Atelier__ClusterKey, value: /cluster-key/cluster.pem }
{{- end }}
{{- with .Values.metrics.otlpEndpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ . | quote }} }
{{- end }}
- { name: DOTNET_EnableDiagnostics, value: "0" }
{{- end }}

{{- define "atelier.mounts" -}}
- { name: tmp, mountPath: /tmp }
{{- if not .Values.store.url }}
- { name: store, mountPath: /store }
{{- end }}
{{- if .Values.clusterKey.existingSecret }}
- { name: cluster-key, mountPath: /cluster-key, readOnly: true }
{{- end }}
{{- end }}

{{- define "atelier.volumes" -}}
- name: tmp
  emptyDir: {}
{{- if not .Values.store.url }}
- name: store
  persistentVolumeClaim: { claimName: {{ include "atelier.storeClaim" . }} }
{{- end }}
{{- with .Values.clusterKey.existingSecret }}
- name: cluster-key
  secret: { secretName: {{ . }}, defaultMode: 0440 }
{{- end }}
{{- end }}

{{/* Being alive asks neither the store nor the cluster: an outage of theirs would restart every pod. A silo waits for both before it is ready. */}}
{{- define "atelier.probes" -}}
startupProbe:
  httpGet: { path: /health/live, port: metrics }
  periodSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /health/live, port: metrics }
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /health/ready, port: metrics }
  periodSeconds: 5
  timeoutSeconds: 3
{{- end }}
