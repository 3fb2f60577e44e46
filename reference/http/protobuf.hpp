// Objects in the encoding that client-go prefers for the kinds that it has types of (since Kubernetes 1.32,
// client-go/rest/request.go:UseProtobufAsDefault). It has no fallback where a server declines it, so what it
// sends is understood; answered is JSON, which it accepts as well.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "reference/http/message_parsing.hpp"

namespace kcheck::reference::http {

struct ProtobufError {
    bool is_unknown_kind;  // of the text nothing can be said
    std::string message;
};

/// The JSON that the same client would have sent: from "k8s\0" and a runtime.Unknown with an object
/// (apimachinery/pkg/runtime/serializer/protobuf). Fields that are not known are left out, as protobuf has
/// it. All input is hostile: the size of what is made is bounded by that of the text, and the depth by
/// nesting_most.
tl::expected<Json, ProtobufError> parse_protobuf(std::string_view text);

}  // namespace kcheck::reference::http
