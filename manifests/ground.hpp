// The words of kubernetes/ that this folder speaks.
#pragma once

#include "kubernetes/error.hpp"
#include "kubernetes/quantity.hpp"
#include "kubernetes/text.hpp"
#include "kubernetes/tree.hpp"

namespace kcheck::manifests {

using kubernetes::describe;
using kubernetes::edit_distance;
using kubernetes::Error;
using kubernetes::Failure;
using kubernetes::first_difference;
using kubernetes::Member;
using kubernetes::nearest;
using kubernetes::Place;
using kubernetes::place_of_field;
using kubernetes::place_of_offset;
using kubernetes::Quantity;
using kubernetes::quote;
using kubernetes::to_string;
using kubernetes::Value;

}  // namespace kcheck::manifests
