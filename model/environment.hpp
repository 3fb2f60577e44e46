// What happens to the pipeline rather than in it: time, and what kube-apiserver itself may do wrong.
//
// A crash loses what its process keeps in memory, caches included, and nothing
// else. A restart of kube-apiserver or etcd loses replies: it is paid for where a request is lost
// (action.hpp). A restart of the container runtime changes nothing: containers and images outlive it.
#pragma once

#include <algorithm>

#include <fmt/core.h>

#include "model/action.hpp"

namespace kcheck::model {

/// Ready pods have been Ready for minReadySeconds.
class Time : public Component {
public:
    explicit Time(Encoding& k) : k_(k) {
        if (k.configuration.waits_until_available)
            for (int p = 0; p < k.pods(); ++p)
                passing_.push_back(k.fairness.add(fmt::format("time: minReadySeconds of pod[{}]", p),
                                                  Fairness::Object::exchangeable));
    }

    void add_actions(Actions& actions) const override {
        actions.of("time", {});
        if (!k_.configuration.waits_until_available) return;
        actions.for_each_pod([&](int p) {
            actions
                .step(Verb::pass, fmt::format("pod[{}] has been Ready for minReadySeconds", p),
                      passing_[static_cast<std::size_t>(p)], [this, p](auto& c) { age(c, p); })
                .status = 2;
        });
    }

private:
    template <class C>
    void age(C& c, int p) const {
        const auto& stored = k_.pod(p);
        const auto aged = k_.aged[static_cast<std::size_t>(p)];
        if (!c.require(c[stored[pod::exists]] == 1 && c[stored[pod::phase]] == pod::running && c[aged] == 0))
            return;
        c.set(aged, c.integer(1));
    }

    const Encoding& k_;
    std::vector<ir::ClassMask> passing_;
};

/// What kube-apiserver does of its own.
class KubeApiserver : public Component {
public:
    static constexpr const char* name = "kube-apiserver";

    explicit KubeApiserver(Encoding& k)
        : k_(k),
          dropped_(k.add("environment.events_dropped", k.is(Variant::watch_drops_event) ? 2 : 1,
                         Part::environment)) {}

    void add_actions(Actions& actions) const override {
        actions.of(name, {});
        if (k_.has_crashes()) add_restart(actions);
        if (!k_.is(Variant::watch_drops_event)) return;
        const auto& watches = k_.store<Pod>().watches;
        const auto& victim = **std::ranges::find(watches, "kube-scheduler", &Watch<Pod>::client);
        actions.step(Verb::drop_event, fmt::format("lose the oldest event on its way to {}", victim.client),
                     {}, [this, &victim](auto& c) { drop_event(c, victim); });
    }

private:
    /// kube-apiserver or etcd restarts while no reply is lost. It changes something only where
    /// they wrongly keep something in memory.
    void add_restart(Actions& actions) const {
        actions
            .step(Verb::crash, "restart, as etcd does", {},
                  [this](auto& c) {
                      if (use_crash(c, k_)) restart_apiserver(c, k_);
                  })
            .fault = true;
    }

    template <class C>
    void drop_event(C& c, const Watch<Pod>& watch) const {
        if (!c.require(pending(c, watch) && c[dropped_] == 0)) return;
        c.set(dropped_, c.integer(1));
        std::vector<Record<C, Pod>> before;
        for (const auto& copy : watch.copy) before.push_back(read(c, copy));
        receive(c, watch);
        for (int p = 0; p < watch.keys(); ++p)
            write(c, watch.copy_of(p), before[static_cast<std::size_t>(p)]);
    }

    const Encoding& k_;
    VariableId dropped_;
};

}  // namespace kcheck::model
