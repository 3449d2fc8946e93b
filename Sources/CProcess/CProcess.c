// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <unistd.h>

static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int error = posix_spawnattr_setsigmask(attributes, &none);
  if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
  if (!error)
    error = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  return error;
}

/// The descriptors are 3 and above, so that none of them is overwritten before it is in its place.
static int add_actions(posix_spawn_file_actions_t *actions, const char *directory, const int descriptors[3]) {
  int error = 0;
  for (int number = 0; number < 3 && !error; number++)
    error = posix_spawn_file_actions_adddup2(actions, descriptors[number], number);
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
  if (!error && directory) error = posix_spawn_file_actions_addchdir_np(actions, directory);
  return error;
}

static int spawn(pid_t *process, const char *path, char *const arguments[], char *const environment[],
                 const char *directory, const int descriptors[3]) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int error = posix_spawnattr_init(&attributes);
  if (error) return error;
  error = posix_spawn_file_actions_init(&actions);
  if (!error) {
    error = set_attributes(&attributes);
    if (!error) error = add_actions(&actions, directory, descriptors);
    if (!error) error = posix_spawn(process, path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
  }
  posix_spawnattr_destroy(&attributes);
  return error;
}

int rollwatch_spawn(pid_t *process, const char *path, char *const arguments[], char *const environment[],
                    const char *directory, int input, int output, int errors) {
  const int given[3] = {input, output, errors};
  int descriptors[3] = {-1, -1, -1};
  int error = 0;
  // Whoever started us may have ignored this signal, which is inherited: then nobody could wait for a child.
  struct sigaction action;
  if (sigaction(SIGCHLD, NULL, &action) == 0 && action.sa_handler == SIG_IGN) signal(SIGCHLD, SIG_DFL);
  for (int number = 0; number < 3 && !error; number++) {
    descriptors[number] = fcntl(given[number], F_DUPFD_CLOEXEC, 3);
    if (descriptors[number] < 0) error = errno;
  }
  if (!error) error = spawn(process, path, arguments, environment, directory, descriptors);
  for (int number = 0; number < 3; number++)
    if (descriptors[number] >= 0) close(descriptors[number]);
  return error;
}

int rollwatch_open_process(pid_t process) { return pidfd_open(process, 0); }

int rollwatch_signal_process(int descriptor, int signal) { return pidfd_send_signal(descriptor, signal, NULL, 0); }

int rollwatch_open_memory(void) { return memfd_create("rollwatch", MFD_CLOEXEC); }

int rollwatch_open_wake_up(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int rollwatch_open_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
