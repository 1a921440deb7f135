#pragma once

/* Makes a system call that changes the file system fail, or the process die at it.

   The functions of this target take the place of libc's for everything in the process, libgit2 included. Without
   `fault_points_arm` they only pass on. */

enum fault_kind {
  FAULT_NONE = 0,
  /* SIGKILL instead of the call. */
  FAULT_KILL = 1,
  /* The call and all later ones that need room fail with ENOSPC. */
  FAULT_NO_SPACE = 2,
  /* The call and all later ones that write fail with EIO. */
  FAULT_IO_ERROR = 3
};

/* From now on, the call number `at` (from 1) meets the fault. */
void fault_points_arm(enum fault_kind kind, long at);

/* How many calls there were since then. */
long fault_points_count(void);
