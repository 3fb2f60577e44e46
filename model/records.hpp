// Objects as the pipeline stores and copies them.
//
// A record is a fixed tuple of fields. The store, a client's cache and each
// event on its way hold the same tuple; a copy that nobody reads a field of has
// no variable for it (its variable is `nowhere`, and reads as 0).
#pragma once

#include <array>
#include <string>

#include "model/domain.hpp"

namespace kcheck::model {

/// The first of every layout: a variable that is always 0.
inline constexpr VariableId nowhere = 0;

namespace pod {
enum Field : std::uint8_t { exists, deleting, phase, node };  // deleting: metadata.deletionTimestamp is set
inline constexpr int fields = 4;
// status.phase. Without readiness probes a Running pod is Ready.
enum Phase : std::uint8_t { pending, running, terminal };
}  // namespace pod

/// Deployments and ReplicaSets have the same shape here.
namespace workload {
enum Field : std::uint8_t {
    exists,
    replicas,          // spec.replicas
    generation,        // metadata.generation
    observed,          // status.observedGeneration
    status_replicas,   // status.replicas (= status.updatedReplicas while there is one ReplicaSet)
    status_available,  // status.availableReplicas
};
inline constexpr int fields = 6;
}  // namespace workload

template <int N>
struct RecordVariables {
    std::array<VariableId, N> field{};
    VariableId operator[](int index) const { return field[static_cast<std::size_t>(index)]; }
    VariableId& operator[](int index) { return field[static_cast<std::size_t>(index)]; }
};
using PodVariables = RecordVariables<pod::fields>;
using WorkloadVariables = RecordVariables<workload::fields>;

/// The values of a record within a step.
template <class C, int N>
struct Record {
    std::array<Int<C>, N> value{};
    const Int<C>& operator[](int index) const { return value[static_cast<std::size_t>(index)]; }
    Int<C>& operator[](int index) { return value[static_cast<std::size_t>(index)]; }
};
template <class C>
using PodRecord = Record<C, pod::fields>;
template <class C>
using WorkloadRecord = Record<C, workload::fields>;

template <class C, int N>
Record<C, N> read(const C& c, const RecordVariables<N>& variables) {
    Record<C, N> record;
    for (int f = 0; f < N; ++f) record[f] = c[variables[f]];
    return record;
}

template <class C, int N>
void write(C& c, const RecordVariables<N>& variables, const Record<C, N>& record) {
    for (int f = 0; f < N; ++f)
        if (variables[f] != nowhere) c.set(variables[f], record[f]);
}

template <class C, int N>
void copy(C& c, const RecordVariables<N>& to, const RecordVariables<N>& from) {
    for (int f = 0; f < N; ++f)
        if (to[f] != nowhere) c.set(to[f], c[from[f]]);
}

template <class C, int N>
void clear(C& c, const RecordVariables<N>& variables) {
    for (int f = 0; f < N; ++f)
        if (variables[f] != nowhere) c.set(variables[f], c.integer(0));
}

/// Whether two records differ in a field that `variables` keep.
template <class C, int N>
Bool<C> differ(const C& c, const RecordVariables<N>& variables, const Record<C, N>& a,
               const Record<C, N>& b) {
    auto result = c.boolean(false);
    for (int f = 0; f < N; ++f)
        if (variables[f] != nowhere) result = result || (a[f] != b[f]);
    return result;
}

}  // namespace kcheck::model
