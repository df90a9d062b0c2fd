/*
** A server object handle with what is known of its object: by which logon it
** was opened, which columns its rows have.  Counted: whoever gives up the last
** reference of an open handle queues it in the session, and the next Execute
** carries its RopRelease.
**
** A handle exists before the server has given its number: one ROP of a batch
** may take the output of an earlier one as its input.
*/
#ifndef sat_mapi_handle_h
#define sat_mapi_handle_h

#include <stdbool.h>
#include <stdint.h>

#include "mail/mapi_session.h"

#define SAT_MAPI_NO_HANDLE 0xffffffffu

struct sat_mapi_handle {
  unsigned refs;
  struct sat_mapi_session *session; /* NULL: the session is gone */
  struct sat_mapi_handle *prev, *next;
  uint32_t value;      /* SAT_MAPI_NO_HANDLE until the server gave one */
  uint32_t generation; /* in which it was given; 0: not yet */
  uint8_t logon_id;
  bool public_logon;
  uint32_t *columns; /* those last set; NULL: none */
  uint32_t column_n;
};

/* A new handle with one reference and without a value; NULL without memory. */
struct sat_mapi_handle *sat_mapi_handle_new(struct sat_mapi_session *s);
struct sat_mapi_handle *sat_mapi_handle_ref(struct sat_mapi_handle *h);
void sat_mapi_handle_unref(struct sat_mapi_handle **h);

/* The server gave it a number. */
void sat_mapi_handle_open(struct sat_mapi_handle *h, uint32_t value);

/* Is it open, in this generation? */
bool sat_mapi_handle_live(const struct sat_mapi_handle *h);

/* Was it open, in an earlier generation? */
bool sat_mapi_handle_stale(const struct sat_mapi_handle *h);

/* Takes a copy; false without memory. */
bool sat_mapi_handle_columns(struct sat_mapi_handle *h, const uint32_t *tags,
                             uint32_t n);

/* The open handle with that number, or NULL. */
struct sat_mapi_handle *sat_mapi_handle_find(struct sat_mapi_session *s,
                                             uint32_t value);

/* The session ends before its handles. */
void sat_mapi_handles_orphan(struct sat_mapi_session *s);

/* Takes the oldest queued release; false if there is none. */
bool sat_mapi_release_next(struct sat_mapi_session *s, uint32_t *value_r,
                           uint8_t *logon_id_r);

#endif
