{{/* Names and labels. A part is one of silo, gpu, dashboard, redis. */}}
{{- define "atelier.name" -}}
{{- if contains "atelier" .Release.Name }}{{ .Release.Name | trunc 48 | trimSuffix "-" }}{{ else }}{{ printf "%s-atelier" .Release.Name | trunc 48 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "atelier.selector" -}}
app.kubernetes.io/name: atelier
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "atelier.labels" -}}
{{ include "atelier.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "atelier.image" -}}
{{ with .root.Values.images.registry }}{{ . }}/{{ end }}{{ .image }}:{{ .root.Values.images.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "atelier.redisHost" -}}
{{ if .Values.redis.bundled }}{{ include "atelier.name" . }}-redis{{ else }}{{ .Values.redis.host }}{{ end }}
{{- end }}

{{- define "atelier.storeClaim" -}}
{{ .Values.store.volume.existingClaim | default (printf "%s-store" (include "atelier.name" .)) }}
{{- end }}
