/*
** New files, made so that nothing that is there is ever written over: not a
** file, not what a symbolic link points to, not even in a race.  ISO C and Lua
** can only open what is there or truncate it.
*/
#ifndef sat_file_h
#define sat_file_h

#include <stdbool.h>

#include "base/error.h"

/* Creates a file that was not there, open for writing and closed on exec; its
** descriptor is the caller's.  -1 with the error recorded: exists (also for a
** link that points nowhere), not_found for its folder, denied. */
int sat_file_create(const char *path, struct sat_error *err);

/* whether anything has that name, also a link that points nowhere */
bool sat_file_exists(const char *path);

#endif
