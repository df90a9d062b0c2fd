/*
** SRV records (RFC 2782) by c-ares in the loop.  A name without records is
** no error: the list is empty.  The order is the one in which they are to be
** tried; among equal priorities the greater weight comes first.
*/
#ifndef sat_srv_h
#define sat_srv_h

#include <stddef.h>

#include "base/error.h"
#include "net/loop.h"

struct sat_srv;

struct sat_srv_record {
  char *target;
  unsigned short port, priority, weight;
};

/* Asks the system's name servers, or those of 'servers' ("address:port", …)
** if it is not NULL.  NULL after recording an error. */
struct sat_srv *sat_srv_query(struct sat_loop *loop, const char *name,
                              const char *servers, double seconds,
                              struct sat_error *err);
void sat_srv_free(struct sat_srv **s);

struct sat_op *sat_srv_op(struct sat_srv *s);

/* 1: the records are there; 0: not yet; -1: it failed, see sat_srv_error */
int sat_srv_step(const struct sat_srv *s);
const struct sat_error *sat_srv_error(const struct sat_srv *s);

/* record i, or NULL behind the last */
const struct sat_srv_record *sat_srv_record(const struct sat_srv *s,
                                            size_t i);

#endif
