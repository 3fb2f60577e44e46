// k8s.io/apimachinery/pkg/apis/meta/v1/types.go.
#include "reference/apiserver/types_tables.hpp"

namespace kcheck::reference::apiserver {

Type kind_type(std::string_view name, std::string_view package, std::string_view description,
               std::vector<Field> fields) {
    std::vector<Field> all = {
        {"apiVersion", "string", "The version of the schema of this object."},
        {"kind", "string", "The REST resource that this object represents."},
        {"metadata", "v1.ObjectMeta", "Standard object's metadata."},
    };
    all.insert(all.end(), fields.begin(), fields.end());
    return {name, package, description, std::move(all)};
}

std::vector<Type> meta_types() {
    return {
        {"ObjectMeta",
         meta_package,
         "ObjectMeta is metadata that all persisted resources must have.",
         {
             {"annotations", "map[string]string", "Arbitrary metadata, not queryable."},
             {"creationTimestamp", "v1.Time", "The time at which the server created the object."},
             {"deletionGracePeriodSeconds", "*int64", "Seconds to terminate gracefully before removal."},
             {"deletionTimestamp", "*v1.Time", "The time after which the object is to be deleted."},
             {"finalizers", "[]string", "Must be empty before the object is removed.", {.merges = true}},
             {"generateName", "string", "A prefix from which the server makes a unique name."},
             {"generation", "int64", "A sequence number of the desired state."},
             {"labels", "map[string]string", "Keys and values that selectors of controllers match."},
             {"managedFields", "[]v1.ManagedFieldsEntry", "Which manager set which fields."},
             {"name", "string", "Unique within a namespace. Cannot be updated."},
             {"namespace", "string", "The space within which each name must be unique. Cannot be updated."},
             {"ownerReferences",
              "[]v1.OwnerReference",
              "The objects that this object depends on.",
              {.merges = true, .merge_key = "uid"}},
             {"resourceVersion", "string", "An opaque value: the version of this object."},
             {"selfLink", "string", "Deprecated: not populated any more."},
             {"uid", "string", "Unique in time and space. Set by the server."},
         }},
        {"OwnerReference",
         meta_package,
         "OwnerReference identifies an owning object in the same namespace, or cluster-scoped.",
         {
             {"apiVersion", "string", "API version of the owner.", {.required = true}},
             {"blockOwnerDeletion", "*bool", "The owner stays until this reference is gone."},
             {"controller", "*bool", "This reference points to the managing controller."},
             {"kind", "string", "Kind of the owner.", {.required = true}},
             {"name", "string", "Name of the owner.", {.required = true}},
             {"uid", "string", "UID of the owner.", {.required = true}},
         }},
        {"ManagedFieldsEntry",
         meta_package,
         "ManagedFieldsEntry says which fields a manager has set.",
         {
             {"apiVersion", "string", "The version of the resource that the fields apply to."},
             {"fieldsType", "string", "Always FieldsV1."},
             {"fieldsV1", "*v1.FieldsV1", "The fields, in the format of FieldsType."},
             {"manager", "string", "The workflow that manages these fields."},
             {"operation", "string", "Apply or Update."},
             {"subresource", "string", "The subresource that was used."},
             {"time", "*v1.Time", "When the entry was last changed."},
         }},
        {"LabelSelector",
         meta_package,
         "LabelSelector is a label query; all of its requirements must hold.",
         {
             {"matchExpressions", "[]v1.LabelSelectorRequirement", "Requirements, which are ANDed."},
             {"matchLabels", "map[string]string", "Labels that must be there with these values."},
         }},
        {"LabelSelectorRequirement",
         meta_package,
         "LabelSelectorRequirement relates a key and a set of values.",
         {
             {"key", "string", "The label key.", {.required = true}},
             {"operator", "string", "In, NotIn, Exists or DoesNotExist.", {.required = true}},
             {"values", "[]string", "Not empty for In and NotIn, else empty."},
         }},
        {"DeleteOptions",
         meta_package,
         "DeleteOptions may be given when deleting an object.",
         {
             {"apiVersion", "string", "The version of the schema of this object."},
             {"dryRun", "[]string", "All: nothing is persisted."},
             {"gracePeriodSeconds", "*int64", "Seconds before the object is deleted; 0: at once."},
             {"kind", "string", "DeleteOptions."},
             {"orphanDependents", "*bool", "Deprecated: use propagationPolicy."},
             {"preconditions", "*v1.Preconditions", "Must be fulfilled before the deletion."},
             {"propagationPolicy", "*v1.DeletionPropagation", "Orphan, Background or Foreground."},
         }},
        {"Preconditions",
         meta_package,
         "Preconditions must be fulfilled before an update or deletion is carried out.",
         {
             {"resourceVersion", "*string", "The version that the object must have."},
             {"uid", "*types.UID", "The UID that the object must have."},
         }},
    };
}

}  // namespace kcheck::reference::apiserver
