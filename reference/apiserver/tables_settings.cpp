// Configuration, access and networking (pkg/printers/internalversion/printers.go).
#include <set>

#include <fmt/format.h>

#include "reference/apiserver/tables_stored.hpp"
#include "reference/base/json_access.hpp"

namespace kcheck::reference::apiserver {

namespace {

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, ",")); }

/// The first few, and how many more there are (formatEndpoints, formatEndpointSlicePorts).
std::string first_few(const std::vector<std::string>& texts, const std::string& none) {
    constexpr std::size_t most = 3;
    if (texts.empty()) return none;
    if (texts.size() <= most) return joined(texts);
    return fmt::format("{} + {} more...", joined({texts.begin(), texts.begin() + most}), texts.size() - most);
}

constexpr Column secret_columns[] = {
    name_cell,
    {"Type", [](const Json& object, Now) -> Json { return text_of(object, "type"); }},
    {"Data", [](const Json& object, Now) -> Json { return map_of(object, "data").size(); }},
    age_cell,
};

constexpr Column service_account_columns[] = {
    name_cell,
    {"Secrets", [](const Json& object, Now) -> Json { return list_of(object, "secrets").size(); }},
    age_cell,
};

/// Of what has nothing to show.
constexpr Column named_columns[] = {
    name_cell,
    {"Created At",
     [](const Json& object, Now) -> Json { return text_of(member(object, "metadata"), "creationTimestamp"); },
     "date"},
};

template <const auto& kind>
Json subjects(const Json& binding, Now) {
    std::vector<std::string> names;
    for (const auto& subject : list_of(binding, "subjects")) {
        if (text_of(subject, "kind") != kind) continue;
        const auto space = text_of(subject, "namespace");
        names.push_back((space.empty() ? "" : space + "/") + text_of(subject, "name"));
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

constexpr std::string_view user_kind = "User", group_kind = "Group", account_kind = "ServiceAccount";

constexpr Column binding_columns[] = {
    name_cell,
    {"Role",
     [](const Json& object, Now) -> Json {
         const Json& role = member(object, "roleRef");
         return fmt::format("{}/{}", text_of(role, "kind"), text_of(role, "name"));
     }},
    age_cell,
    {"Users", subjects<user_kind>, "string", 1},
    {"Groups", subjects<group_kind>, "string", 1},
    {"ServiceAccounts", subjects<account_kind>, "string", 1},
};

std::string ingress_class_of(const Json& ingress) {
    constexpr auto old = "kubernetes.io/ingress.class";
    auto name = text_of(spec_of(ingress), "ingressClassName");
    if (name.empty()) name = text_of(member(member(ingress, "metadata"), "annotations"), old);
    return or_none(name);
}

std::string ingress_hosts(const Json& ingress) {
    std::vector<std::string> hosts;
    for (const auto& rule : list_of(spec_of(ingress), "rules"))
        if (const auto host = text_of(rule, "host"); !host.empty()) hosts.push_back(host);
    return first_few(hosts, "*");
}

std::string load_balancer_addresses(const Json& object) {
    std::set<std::string> addresses;
    for (const auto& each : list_of(member(member(object, "status"), "loadBalancer"), "ingress")) {
        const auto ip = text_of(each, "ip");
        addresses.insert(ip.empty() ? text_of(each, "hostname") : ip);
    }
    return joined({addresses.begin(), addresses.end()});
}

constexpr Column ingress_columns[] = {
    name_cell,
    {"Class", [](const Json& object, Now) -> Json { return ingress_class_of(object); }},
    {"Hosts", [](const Json& object, Now) -> Json { return ingress_hosts(object); }},
    {"Address", [](const Json& object, Now) -> Json { return load_balancer_addresses(object); }},
    {"Ports",
     [](const Json& object, Now) -> Json {
         return list_of(spec_of(object), "tls").empty() ? "80" : "80, 443";
     }},
    age_cell,
};

constexpr Column ingress_class_columns[] = {
    name_cell,
    {"Controller", [](const Json& object, Now) -> Json { return text_of(spec_of(object), "controller"); }},
    {"Parameters",
     [](const Json& object, Now) -> Json {
         const Json& of = member(spec_of(object), "parameters");
         if (of.is_null()) return "<none>";
         const auto in_group = text_of(of, "apiGroup");
         return text_of(of, "kind") + (in_group.empty() ? "" : "." + in_group) + "/" + text_of(of, "name");
     }},
    age_cell,
};

constexpr Column network_policy_columns[] = {
    name_cell,
    {"Pod-Selector",
     [](const Json& object, Now) -> Json { return selector_text(member(spec_of(object), "podSelector")); }},
    age_cell,
};

constexpr Column endpoints_columns[] = {
    name_cell,
    {"Endpoints",
     [](const Json& object, Now) -> Json {
         std::vector<std::string> texts;
         for (const auto& subset : list_of(object, "subsets"))
             for (const auto& address : list_of(subset, "addresses")) {
                 const auto ip = text_of(address, "ip");
                 for (const auto& port : list_of(subset, "ports"))
                     texts.push_back(fmt::format("{}:{}", ip, integer_of(port, "port").value_or(0)));
                 if (list_of(subset, "ports").empty()) texts.push_back(ip);
             }
         return first_few(texts, "<none>");
     }},
    age_cell,
};

constexpr Column endpoint_slice_columns[] = {
    name_cell,
    {"AddressType", [](const Json& object, Now) -> Json { return text_of(object, "addressType"); }},
    {"Ports",
     [](const Json& object, Now) -> Json {
         std::vector<std::string> texts;
         for (const auto& port : list_of(object, "ports"))
             texts.push_back(integer_of(port, "port") ? json_text(member(port, "port")) : "*");
         return first_few(texts, "<unset>");
     }},
    {"Endpoints",
     [](const Json& object, Now) -> Json {
         std::vector<std::string> texts;
         for (const auto& endpoint : list_of(object, "endpoints"))
             for (const auto& address : list_of(endpoint, "addresses"))
                 if (address.is_string()) texts.push_back(address.get<std::string>());
         return first_few(texts, "<unset>");
     }},
    age_cell,
};

constexpr Column priority_class_columns[] = {
    name_cell,
    {"Value", [](const Json& object, Now) -> Json { return integer_of(object, "value").value_or(0); },
     "integer"},
    {"Global-Default", [](const Json& object, Now) -> Json { return flag_of(object, "globalDefault"); },
     "boolean"},
    age_cell,
    {"PreemptionPolicy", [](const Json& object, Now) -> Json { return text_of(object, "preemptionPolicy"); }},
};

constexpr Column runtime_class_columns[] = {
    name_cell,
    {"Handler", [](const Json& object, Now) -> Json { return text_of(object, "handler"); }},
    age_cell,
};

/// "pods: 1/10, ...", of requests or of limits (printResourceQuota).
std::string quota_text(const Json& quota, bool limits) {
    const Json& status = member(quota, "status");
    std::vector<std::string> texts;
    for (const auto& [name, hard] : map_of(spec_of(quota), "hard")) {
        if (name.starts_with("limits") != limits) continue;
        const auto used = text_of(member(status, "used"), name);
        texts.push_back(fmt::format("{}: {}/{}", name, used.empty() ? "0" : used,
                                    hard.is_string() ? hard.get<std::string>() : json_text(hard)));
    }
    return fmt::format("{}", fmt::join(texts, ", "));
}

constexpr Column resource_quota_columns[] = {
    name_cell,
    {"Request", [](const Json& object, Now) -> Json { return quota_text(object, false); }},
    {"Limit", [](const Json& object, Now) -> Json { return quota_text(object, true); }},
    age_cell,
};

constexpr Column webhooks_columns[] = {
    name_cell,
    {"Webhooks", [](const Json& object, Now) -> Json { return list_of(object, "webhooks").size(); },
     "integer"},
    age_cell,
};

constexpr Column admission_policy_columns[] = {
    name_cell,
    {"Validations",
     [](const Json& object, Now) -> Json { return list_of(spec_of(object), "validations").size(); },
     "integer"},
    {"ParamKind",
     [](const Json& object, Now) -> Json {
         const Json& of = member(spec_of(object), "paramKind");
         return of.is_null() ? "<unset>" : text_of(of, "apiVersion") + "/" + text_of(of, "kind");
     }},
    age_cell,
};

constexpr Column admission_policy_binding_columns[] = {
    name_cell,
    {"PolicyName", [](const Json& object, Now) -> Json { return text_of(spec_of(object), "policyName"); }},
    {"ParamRef",
     [](const Json& object, Now) -> Json {
         const Json& of = member(spec_of(object), "paramRef");
         if (of.is_null()) return "<unset>";
         const auto name = text_of(of, "name");
         if (name.empty()) return selector_text(member(of, "selector"));
         const auto space = text_of(of, "namespace");
         return space.empty() ? name : space + "/" + name;
     }},
    age_cell,
};

}  // namespace

constinit const StoredTable secret_table = stored_table<secret_columns>();
constinit const StoredTable service_account_table = stored_table<service_account_columns>();
constinit const StoredTable named_table = stored_table<named_columns>();
constinit const StoredTable binding_table = stored_table<binding_columns>();
constinit const StoredTable ingress_table = stored_table<ingress_columns>();
constinit const StoredTable ingress_class_table = stored_table<ingress_class_columns>();
constinit const StoredTable network_policy_table = stored_table<network_policy_columns>();
constinit const StoredTable endpoints_table = stored_table<endpoints_columns>();
constinit const StoredTable endpoint_slice_table = stored_table<endpoint_slice_columns>();
constinit const StoredTable priority_class_table = stored_table<priority_class_columns>();
constinit const StoredTable runtime_class_table = stored_table<runtime_class_columns>();
constinit const StoredTable resource_quota_table = stored_table<resource_quota_columns>();
constinit const StoredTable webhooks_table = stored_table<webhooks_columns>();
constinit const StoredTable admission_policy_table = stored_table<admission_policy_columns>();
constinit const StoredTable admission_policy_binding_table = stored_table<admission_policy_binding_columns>();

}  // namespace kcheck::reference::apiserver
