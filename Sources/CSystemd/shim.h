// SPDX-License-Identifier: Apache-2.0
// Without this define sd_journal_sendv is a macro, which Swift does not import.
#define SD_JOURNAL_SUPPRESS_LOCATION 1
#pragma once
// Swift's module of the C library leaves it out.
#include <malloc.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
