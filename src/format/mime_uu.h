/*
** Files within plain text, as before MIME: lines of uuencode between "begin
** 644 name" and "end".
*/
#ifndef sat_mime_uu_h
#define sat_mime_uu_h

#include "format/mime_slice.h"

typedef void sat_uu_found(void *user, struct sat_slice lines,
                          struct sat_slice name);

/* Calls `found` for each file, its lines from "begin" to "end". */
void sat_uu_find(struct sat_slice text, sat_uu_found *found, void *user);

/* The next file in text: *before_r is what stands before it, and *text moves
** behind it.  False: there is none. */
bool sat_uu_next(struct sat_slice *text, struct sat_slice *before_r,
                 struct sat_slice *lines_r, struct sat_slice *name_r);

#endif
