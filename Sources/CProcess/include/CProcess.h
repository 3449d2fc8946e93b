// SPDX-License-Identifier: Apache-2.0
// What Swift's module of the C library leaves out of Linux: starting a program in a session of its own, and descriptors that
// stand for a process, for bytes in memory and for a wake-up. All of them are closed when another program is executed.
#pragma once
#include <sys/types.h>

/// Starts the program at `path` in a session of its own, with these three descriptors as its standard ones and no others, no
/// signal blocked or ignored, in `directory` or, where that is null, in ours. Returns 0 or an error number.
int rollwatch_spawn(pid_t *process, const char *path, char *const arguments[], char *const environment[],
                    const char *directory, int input, int output, int errors);

/// A descriptor that can be read once the process has ended; -1 and `errno` where there is no such process. pidfd_open(2)
int rollwatch_open_process(pid_t process);

/// Sends a signal to the process of a descriptor, and to none that got its number later. pidfd_send_signal(2)
int rollwatch_signal_process(int descriptor, int signal);

/// A file without a name, in memory. memfd_create(2)
int rollwatch_open_memory(void);

/// A descriptor that can be read once 8 bytes have been written to it. eventfd(2)
int rollwatch_open_wake_up(void);

/// A pipe: where it is read, and where it is written. pipe2(2)
int rollwatch_open_pipe(int ends[2]);
