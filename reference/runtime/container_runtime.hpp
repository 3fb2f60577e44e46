// The container runtime as a kubelet sees it: a small part of CRI (cri-api
// pkg/apis/runtime/v1/api.proto), as method names with JSON parameters.
//
//   PullImage        {image}                            -> {}            may fail: ErrImagePull
//   ImageStatus      {image}                            -> {present}
//   CreateContainer  {podUid, podName, namespace, name, attempt?, image, env?} -> {id}
//   StartContainer   {id}                               -> {}
//   StopContainer    {id, graceSeconds}                 -> {}  once nothing of it runs any more
//   RemoveContainer  {id}                               -> {}   an error while it runs
//   ListContainers   {}   -> {containers: [{id, podUid, podName, namespace, name, attempt, image,
//                             state: "created"|"running"|"exited", exitCode, startedAt, finishedAt}]}
//
// `attempt` counts the containers of one name in one pod, from 0; times are RFC 3339, and they and
// `exitCode` are null until they are known. To start, stop or remove what is started, stopped or
// removed already is no error.
//
// Containers and images outlive the kubelet. Free-running kubelets reach the runtime's process
// through a socket; in a replay the driver decides when a call is carried out.
#pragma once

#include <functional>
#include <string>

#include <tl/expected.hpp>

#include "reference/base/json.hpp"
#include "reference/base/task.hpp"

namespace kcheck::reference::runtime {

using RuntimeResult = tl::expected<Json, std::string>;

class ContainerRuntime {
public:
    virtual ~ContainerRuntime() = default;
    /// `done` is called on the environment's thread, never from within `call`.
    virtual void call(std::string method, Json parameters, std::function<void(RuntimeResult)> done) = 0;
};

}  // namespace kcheck::reference::runtime
