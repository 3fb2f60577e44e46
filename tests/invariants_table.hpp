// In which small configuration each variant violates its property: invariants/violations.hpp, as Small.
#pragma once

#include "invariants/violations.hpp"
#include "tests/invariants_support.hpp"

namespace kcheck::tests {

struct Row {
    const char* property;  // a literal, as all in the table
    std::string variant;
    Small configuration;
};

inline const std::vector<Row>& variant_table() {
    static const std::vector<Row> rows = [] {
        std::vector<Row> made;
        for (const auto& row : invariants::violations())
            made.push_back({row.property.data(), std::string(row.variant),
                            Small{row.replicas, row.nodes, row.crashes, row.lost_replies, row.capacity,
                                  row.set_images}});
        return made;
    }();
    return rows;
}

}  // namespace kcheck::tests
