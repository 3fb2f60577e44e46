// What the tables of several kinds have in common.
#pragma once

#include <string>

#include "reference/apiserver/resource.hpp"

namespace kcheck::reference::apiserver {

/// "5s", "2m30s", "3h", "4d2h" (apimachinery/pkg/util/duration: HumanDuration).
std::string human_duration(std::int64_t seconds);
/// Time since `timestamp`, "<unknown>" if it is none (translateTimestampSince).
std::string age(const Json& timestamp, const std::string& now);
std::string age_of(const Json& object, const std::string& now);  // by metadata.creationTimestamp
std::string object_name(const Json& object);
/// "app=x,tier in (a,b)", "<none>" if it is empty (metav1.FormatLabelSelector).
std::string selector_text(const Json& selector);
/// Names and images of a pod spec's containers, each joined by commas.
std::string container_names(const Json& pod_spec);
std::string container_images(const Json& pod_spec);
std::string or_none(const std::string& text);

TableColumn name_column();
TableColumn age_column();
TableColumn text_column(std::string name, std::string description, int priority = 0);
TableColumn number_column(std::string name, std::string description);

}  // namespace kcheck::reference::apiserver
