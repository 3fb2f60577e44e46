// In what form a client wants objects: whole, as a server-printed table, or only their metadata
// (apiserver/pkg/endpoints/handlers/response.go:transformObject, negotiation by the Accept header).
#pragma once

#include <string>

#include "reference/apiserver/registry.hpp"
#include "reference/base/message.hpp"

namespace kcheck::reference::apiserver {

class Presentation {
public:
    /// Throws a 406 if nothing that `request` accepts can be given.
    Presentation(const Request& request, std::string now);

    Json object(const Resource& resource, const Json& object) const;
    Json list(const Resource& resource, const ListResult& list) const;
    /// Of a watch: the first event of a table carries the column definitions.
    Json event(const Resource& resource, const std::string& type, const Json& object, bool first) const;

private:
    enum class Form : std::uint8_t { whole, table, metadata };

    Json row(const Resource& resource, const Json& object) const;
    Json table(const Resource& resource, Json metadata, bool columns) const;
    Json partial(const Json& object) const;

    Form form_ = Form::whole;
    std::string meta_version_ = "meta.k8s.io/v1";
    std::string include_object_ = "Metadata";
    std::string now_;  // of the ages in tables
};

}  // namespace kcheck::reference::apiserver
