/*
** DEFLATE both ways on a stream (RFC 4978): raw, one endless stream in each
** direction, flushed after each write so that the other end can answer.
*/
#ifndef sat_deflate_h
#define sat_deflate_h

#include <stddef.h>

#include "net/window.h"

struct sat_deflate;

/* NULL: no memory */
struct sat_deflate *sat_deflate_new(void);
void sat_deflate_free(struct sat_deflate **d);

/* Appends p, compressed and flushed, to 'out'.  -1: no memory */
int sat_deflate_put(struct sat_deflate *d, const void *p, size_t n,
                    struct sat_window *out);

/* Takes from 'in' and appends to 'out' until 'in' is empty or 'most' bytes
** or more came.  Returns how many came; -1: the bytes make no sense; -2: no
** memory */
long sat_deflate_take(struct sat_deflate *d, struct sat_window *in,
                      struct sat_window *out, size_t most);

#endif
