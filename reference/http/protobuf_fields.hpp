// The fields of the API's messages: the numbers of their protobuf tags and the names of their JSON tags
// (k8s.io/api and apimachinery/pkg/apis/meta/v1, types.go).
//
// A message is a line, which lines that begin with spaces go on:
//
//   <apiVersion>.<Kind>: <name>=<number><type>[!] ...
//
// Types: s string, b bool, i integer, y bytes (base64 in JSON), t Time and u MicroTime,
// q Quantity, x IntOrString, j JSON inside (RawExtension, FieldsV1), L a list of strings in a message of its
// own, @<message>; before them * a list, % a map from strings. ^<message>: its fields are the outer one's.
// A zero is left out, as omitempty does, unless there is a "!".
#pragma once

#include <string_view>

namespace kcheck::reference::http {

std::string_view protobuf_fields_of_core();
std::string_view protobuf_fields_of_groups();

}  // namespace kcheck::reference::http
