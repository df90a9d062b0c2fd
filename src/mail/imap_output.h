/*
** What an IMAP client has yet to say: bytes in the order in which they go
** out, and the places where it must stop (RFC 9051 4.3): before a literal
** until the server says "+", and where the bytes of a literal come in pieces.
** Places are counted from the first byte ever said.
**
** Invariant: stops are in order, none is before 'base', and no byte behind
** the first of them is shown.
*/
#ifndef sat_imap_output_h
#define sat_imap_output_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct sat_imap_stop {
  uint64_t at;       /* where */
  uint64_t end;      /* where its command ends; known when it is complete */
  uint64_t left;     /* bytes to be supplied; 0: the server's "+" is awaited */
  uint32_t command;
};

struct sat_imap_output {
  struct sat_buf bytes;  /* those from 'base' on */
  struct sat_buf piece;  /* of a literal at 'base'; goes first */
  uint64_t base;
  struct sat_imap_stop *stops;
  size_t n, cap;
  bool failed;           /* no memory; sticky, as that of the buffers */
};

void sat_imap_output_free(struct sat_imap_output *o);
bool sat_imap_output_failed(const struct sat_imap_output *o);

/* the place behind the last byte */
uint64_t sat_imap_output_end(const struct sat_imap_output *o);

/* Stops here until the server says "+" (left = 0), or until so many bytes
** were supplied. */
void sat_imap_output_stop(struct sat_imap_output *o, uint32_t command,
                          uint64_t left);

/* The command is complete: tells its stops where it ends. */
void sat_imap_output_complete(struct sat_imap_output *o, uint32_t command);

/* Takes back everything from a place on: a command that was not completed. */
void sat_imap_output_retract(struct sat_imap_output *o, uint64_t at);

/* What may go out now; tell what went by sat_imap_output_taken. */
size_t sat_imap_output_show(const struct sat_imap_output *o,
                            const uint8_t **p_r);
void sat_imap_output_taken(struct sat_imap_output *o, size_t n);

/* the command whose "+" is awaited, now that all before it went out; 0: none */
uint32_t sat_imap_output_awaits(const struct sat_imap_output *o);

/* "+" has come for it */
void sat_imap_output_go_on(struct sat_imap_output *o);

/* bytes of a literal that may be supplied now */
uint64_t sat_imap_output_wants(const struct sat_imap_output *o);

/* Supplies n of them; n <= sat_imap_output_wants. */
void sat_imap_output_supply(struct sat_imap_output *o, const void *p,
                            size_t n);

/* The command was answered before its end: what waits for "+" is not said.
** Gives the number of bytes left out, or -1 if the server can make no sense
** of what is left (bytes of a literal are still due, and more behind). */
int64_t sat_imap_output_drop(struct sat_imap_output *o, uint32_t command);

#endif
