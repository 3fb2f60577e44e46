// Objects as the pipeline stores and copies them.
//
// A record is the fixed tuple of the fields of its kind (model/kinds.hpp). The store, a client's cache
// and each event on its way hold the same tuple; a copy that nobody reads a field of has no variable for
// it (its variable is `nowhere`, and reads as 0).
#pragma once

#include <array>
#include <string>

#include "model/frame/domain.hpp"

namespace kcheck::model {

/// The first of every layout: a variable that is always 0.
inline constexpr VariableId nowhere = 0;

/// Where a record of kind K is.
template <class K>
struct Variables {
    std::array<VariableId, K::fields> field{};
    VariableId operator[](int index) const { return field[static_cast<std::size_t>(index)]; }
    VariableId& operator[](int index) { return field[static_cast<std::size_t>(index)]; }
};

/// The values of a record within a step.
template <class C, class K>
struct Record {
    std::array<Int<C>, K::fields> value{};
    const Int<C>& operator[](int index) const { return value[static_cast<std::size_t>(index)]; }
    Int<C>& operator[](int index) { return value[static_cast<std::size_t>(index)]; }
};

/// Of an object that does not exist: a removed object leaves nothing behind under its key.
template <class K, class C>
Record<C, K> nothing(const C& c) {
    Record<C, K> record;
    record.value.fill(c.integer(0));
    return record;
}

template <class C, class K>
Record<C, K> read(const C& c, const Variables<K>& variables) {
    Record<C, K> record;
    for (int f = 0; f < K::fields; ++f) record[f] = c[variables[f]];
    return record;
}

template <class C, class K>
void write(C& c, const Variables<K>& variables, const Record<C, K>& record) {
    for (int f = 0; f < K::fields; ++f)
        if (variables[f] != nowhere) c.set(variables[f], record[f]);
}

template <class C, class K>
void copy(C& c, const Variables<K>& to, const Variables<K>& from) {
    for (int f = 0; f < K::fields; ++f)
        if (to[f] != nowhere) c.set(to[f], c[from[f]]);
}

template <class C, class K>
void clear(C& c, const Variables<K>& variables) {
    for (int f = 0; f < K::fields; ++f)
        if (variables[f] != nowhere) c.set(variables[f], c.integer(0));
}

/// Whether two records differ in a field that `variables` keep.
template <class C, class K>
Bool<C> differ(const C& c, const Variables<K>& variables, const Record<C, K>& a, const Record<C, K>& b) {
    auto result = c.boolean(false);
    for (int f = 0; f < K::fields; ++f)
        if (variables[f] != nowhere) result = result || (a[f] != b[f]);
    return result;
}

}  // namespace kcheck::model
