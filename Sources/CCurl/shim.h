// SPDX-License-Identifier: Apache-2.0
// libcurl's option functions are variadic, which Swift does not import: one typed wrapper per argument type.
#pragma once
#include <curl/curl.h>
