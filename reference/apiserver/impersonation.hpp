// To act as somebody else (apiserver/pkg/endpoints/filters/impersonation.go).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reference/base/message.hpp"

namespace kcheck::reference::apiserver {

/// The headers Impersonate-User, -Group, -Uid and -Extra-<key>.
struct Impersonation {
    std::string user;
    std::string uid = {};
    std::vector<std::string> groups = {};
    std::map<std::string, std::vector<std::string>> extra = {};
};

/// As whom the request runs: with the groups that follow from the name where none are given, and
/// system:authenticated. Throws a 403 unless `user` has the verb "impersonate" for the name and each of the
/// rest. A UID and extras are for the audit log alone: nothing here is decided by them.
User impersonate(const User& user, const Impersonation& wanted);

}  // namespace kcheck::reference::apiserver
