// What a component of the pipeline is to the frame.
//
// A component is one header. Its constructor declares its memory and its watches, with a handler for
// each; `add_actions` lists its requests and its local steps. Components are listed in components.cpp,
// and neither etcd nor the frame names one. A process is a set of components that crash together: what
// they declared as memory is lost then, and their watches begin with a fresh list.
#pragma once

namespace kcheck::model {

class Actions;

class Component {
public:
    Component() = default;
    Component(const Component&) = delete;
    Component& operator=(const Component&) = delete;
    virtual ~Component() = default;

    /// Its requests and local steps.
    virtual void add_actions(Actions& actions) const = 0;
    /// The arrival of requests whose sender waits for them no longer; called only where there may be any.
    virtual void add_late_requests(Actions&) const {}
};

}  // namespace kcheck::model
