// The options of requests, from the query and, of deletions, the body
// (apimachinery/pkg/apis/meta/v1: ListOptions, CreateOptions, DeleteOptions).
//
// All functions throw a 400 or 422 StatusError for options that make no sense.
#pragma once

#include "reference/apiserver/registry.hpp"
#include "reference/apiserver/request_info.hpp"
#include "reference/apiserver/watch_cache.hpp"

namespace kcheck::reference::apiserver {

/// ?dryRun=All.
bool parse_dry_run(const Request& request, const std::string& options_kind);
/// Of lists, watches and deletions of collections. A name in the path selects by it.
Selection parse_selection(const RequestInfo& info, const Request& request);
/// Null: the newest.
std::optional<store::Revision> parse_resource_version(const Request& request);
ListOptions parse_list_options(const RequestInfo& info, const Request& request);
/// `body`: a DeleteOptions; if it is null, the query is read.
DeleteOptions parse_delete_options(const Json& body, const Request& request);
/// In the body or in the query.
bool parse_delete_dry_run(const Json& body, const Request& request);

}  // namespace kcheck::reference::apiserver
