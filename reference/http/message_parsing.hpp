// From the bytes of an HTTP request to what the apiserver understands. All input is hostile.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "reference/base/message.hpp"

namespace kcheck::reference::http {

/// What is wrong, for people.
using ParseError = std::string;

struct Target {
    std::string path;
    Query query;
};
/// Decodes an origin-form target, "/api/v1/pods?labelSelector=a%3Db". Of a repeated parameter the
/// first counts (net/url: Values.Get).
tl::expected<Target, ParseError> parse_target(std::string_view target);

/// Deeper nesting is refused, so that nobody downstream runs out of stack.
inline constexpr int nesting_most = 100;

/// Of a key that is set twice the last value counts; the first hundred are told in `duplicates`, in
/// kube-apiserver's words: duplicate field "spec.replicas".
tl::expected<Json, ParseError> parse_json(std::string_view text,
                                          std::vector<std::string>* duplicates = nullptr);
/// One document, read as sigs.k8s.io/yaml does it, aliases expanded within bounds. Keys that are set
/// twice are told in `duplicates`, all in one text, or without it refused.
tl::expected<Json, ParseError> parse_yaml(const std::string& text,
                                          std::vector<std::string>* duplicates = nullptr);

enum class BodyFormat { json, yaml, protobuf, unsupported };
/// By media type, without its parameters. No type at all is JSON, as for kube-apiserver.
BodyFormat body_format(std::string_view content_type);

/// metav1.Status.
Json failure_status(int code, const std::string& reason, const std::string& message);

}  // namespace kcheck::reference::http
