/*
** Files for secrets: whole or not at all, for nobody but their owner.  What
** others could read, or could have put there, is not read.
*/
#ifndef sat_private_h
#define sat_private_h

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* a file of this kind is small */
#define SAT_PRIVATE_MOST ((size_t)1 << 20)

/* Replaces 'path' by a new file of mode 0600 that is on the disk when this
** returns; its folder is made, of mode 0700, if it is missing.  -1 with the
** error recorded leaves what was there: denied where others may write to the
** folder, not_found for the folder of the folder, quota. */
int sat_private_write(const char *path, const void *p, size_t n,
                      struct sat_error *err);

/* Appends the content to out.  -1 with the error recorded: not_found; denied
** for a link, a file of another user, one that others may read or write. */
int sat_private_read(const char *path, struct sat_buf *out,
                     struct sat_error *err);

/* Locks 'path', an empty file that is made if it is missing, against other
** processes until the descriptor is closed.  -1 with the error recorded:
** conflict while somebody else has it. */
int sat_private_lock(const char *path, struct sat_error *err);

#endif
