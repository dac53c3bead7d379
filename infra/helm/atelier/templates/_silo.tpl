{{/* The pod of a silo: part is silo or gpu, settings its values, image its name, environment and resources what this part has of its own. */}}
{{- define "atelier.silo" -}}
metadata:
  labels:
    {{- include "atelier.podLabels" . | nindent 4 }}
    atelier.io/silo: "true"
spec:
  serviceAccountName: {{ include "atelier.name" .root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .root.Values.terminationGracePeriodSeconds }}
  {{- with .root.Values.images.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    {{- include "atelier.podSecurity" .root | nindent 4 }}
  {{- with .settings.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .settings.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "atelier.selector" . | nindent 10 }}
  containers:
    - name: silo
      image: {{ include "atelier.image" . }}
      imagePullPolicy: {{ .root.Values.images.pullPolicy }}
      env:
        - name: Orleans__Name
          valueFrom: { fieldRef: { fieldPath: metadata.name } }
        - name: Orleans__Endpoints__AdvertisedIPAddress
          valueFrom: { fieldRef: { fieldPath: status.podIP } }
        - { name: Orleans__Endpoints__SiloPort, value: "11111" }
        - { name: Orleans__Endpoints__GatewayPort, value: "30000" }
        {{- include "atelier.environment" .root | nindent 8 }}
        {{- if not .root.Values.clusterKey.existingSecret }}
        - { name: Atelier__AllowInsecureNetwork, value: "true" }
        {{- end }}
        - { name: Atelier__ModelCache, value: /cache/models }
        {{- toYaml .environment | nindent 8 }}
      ports:
        - { name: silo, containerPort: 11111 }
        - { name: gateway, containerPort: 30000 }
        - { name: metrics, containerPort: {{ .root.Values.metrics.port }} }
      {{- include "atelier.probes" .root | nindent 6 }}
      securityContext:
        {{- include "atelier.containerSecurity" .root | nindent 8 }}
      resources:
        {{- toYaml .resources | nindent 8 }}
      volumeMounts:
        {{- include "atelier.mounts" .root | nindent 8 }}
        - { name: cache, mountPath: /cache }
  volumes:
    {{- include "atelier.volumes" .root | nindent 4 }}
    - name: cache
      emptyDir: { sizeLimit: {{ .settings.cacheSize | default "5Gi" }} }
{{- end }}
