# Five rules of the pack in Rego, for OPA to judge the engine's own plan with. Each means what the
# rule of that id means; a test compares what both find in a plan that was spoiled.
package mizan

import rego.v1

unknown := "04da6b54-80e4-46f7-96ec-b56ff0331ba9" # how the engine writes what it does not know yet

states := [state | some step in input.steps; state := step.newState]

resources := [state | some state in states; state.custom; not startswith(state.type, "pulumi:")]

providers := {state.urn: state.inputs |
	some state in states
	startswith(state.type, "pulumi:providers:")
}

provider(resource) := object.get(providers, urn, {}) if {
	parts := split(object.get(resource, "provider", ""), "::")
	urn := concat("::", array.slice(parts, 0, count(parts) - 1))
}

# A JSON document in a text is opened.
structured(value) := json.unmarshal(value) if {
	is_string(value)
	json.is_valid(value)
} else := value

# tagging-mandatory-tags

mandatory := {"owner", "cost-centre", "environment", "workload", "data-class", "profile"}

default_tags(resource) := object.get(structured(object.get(provider(resource), "defaultTags", {})), "tags", {})

own_tags(resource) := {tag.key: tag.value | some tag in resource.inputs.tags} if {
	is_array(resource.inputs.tags)
} else := object.get(resource.inputs, "tags", {})

violations contains ["tagging-mandatory-tags", resource.urn] if {
	some resource in resources
	startswith(resource.type, "aws:")
	not data.untaggable[resource.type]
	tags := object.union(default_tags(resource), own_tags(resource))
	said := {key | some key, value in tags; is_string(value); value != unknown; trim_space(value) != ""}
	count(mandatory - said) > 0
}

# encryption-bucket-encrypted

strong := {"aws:kms", "aws:kms:dsse"}

bucket_types := {"aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"}

settings := [resource |
	some resource in resources
	endswith(resource.type, ":BucketServerSideEncryptionConfiguration")
]

covered_urns := {urn | some setting in settings; some urn in setting.propertyDependencies.bucket}

covered_names := {setting.inputs.bucket | some setting in settings; setting.inputs.bucket != unknown}

algorithm(rule) := object.get(rule, ["applyServerSideEncryptionByDefault", "sseAlgorithm"], null)

violations contains ["encryption-bucket-encrypted", setting.urn] if {
	some setting in settings
	some rule in setting.inputs.rules
	not strong[algorithm(rule)]
}

violations contains ["encryption-bucket-encrypted", setting.urn] if {
	some setting in settings
	count(object.get(setting.inputs, "rules", [])) == 0
}

violations contains ["encryption-bucket-encrypted", bucket.urn] if {
	some bucket in resources
	bucket_types[bucket.type]
	not covered_urns[bucket.urn]
	not covered_names[object.get(bucket.inputs, "bucket", "")]
	rule := object.get(bucket.inputs, ["serverSideEncryptionConfiguration", "rule"], {})
	not strong[algorithm(rule)]
}

# residency-resource-region

allowed := {region | some region in data.regions}

region_key(path) if regex.match(`(?i)region(s|names?)?$`, last_name(path))

zone_key(path) if regex.match(`(?i)availabilityzones?$`, last_name(path))

last_name(path) := names[count(names) - 1] if names := [name | some name in path; is_string(name)]

leaves(tree) := {[path, value] |
	walk(tree, [path, value])
	not is_object(value)
	not is_array(value)
}

nested(tree) := {[array.concat(path, inner), value] |
	walk(tree, [path, text])
	is_string(text)
	regex.match(`^\s*[\[{]`, text)
	json.is_valid(text)
	some [inner, value] in leaves(json.unmarshal(text))
}

foreign(path, value) if {
	region_key(path)
	is_string(value)
	not allowed[value]
}

foreign(path, value) if {
	region_key(path)
	value == true
}

foreign(path, value) if {
	zone_key(path)
	is_string(value)
	value != unknown
	not allowed[regex.replace(value, `[a-z]$`, "")]
}

violations contains ["residency-resource-region", resource.urn] if {
	some resource in resources
	startswith(resource.type, "aws:")
	some [path, value] in leaves(resource.inputs) | nested(resource.inputs)
	not path[0] in {"tags", "tagsAll", "defaultTags", "__defaults"}
	foreign(path, value)
}

violations contains ["residency-resource-region", resource.urn] if {
	some resource in resources
	startswith(resource.type, "aws:")
	not resource.inputs.region
	not allowed[object.get(provider(resource), "region", "")]
}

# supply-chain-image-digest

pod_specs := {
	"kubernetes:core/v1:Pod": ["spec"],
	"kubernetes:core/v1:PodTemplate": ["template", "spec"],
	"kubernetes:apps/v1:Deployment": ["spec", "template", "spec"],
	"kubernetes:apps/v1:StatefulSet": ["spec", "template", "spec"],
	"kubernetes:apps/v1:DaemonSet": ["spec", "template", "spec"],
	"kubernetes:batch/v1:Job": ["spec", "template", "spec"],
	"kubernetes:batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
}

pinned(image) if regex.match(`^[^@\s]+@sha256:[0-9a-f]{64}$`, image)

violations contains ["supply-chain-image-digest", resource.urn] if {
	some resource in resources
	spec := object.get(resource.inputs, pod_specs[resource.type], {})
	some list in ["containers", "initContainers", "ephemeralContainers"]
	some container in spec[list]
	not pinned(object.get(container, "image", ""))
}

# access-namespace-pod-security

violations contains ["access-namespace-pod-security", resource.urn] if {
	some resource in resources
	resource.type == "kubernetes:core/v1:Namespace"
	metadata := object.get(resource.inputs, "metadata", {})
	given := object.get(metadata, ["labels", "pod-security.kubernetes.io/enforce"], "")
	given != "restricted"
	not of_agents(metadata, given)
}

of_agents(metadata, "privileged") if metadata.name in data.agent_namespaces
