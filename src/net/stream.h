/*
** A byte stream to a server of a line protocol.  libcurl makes the
** connection (names, happy eyeballs, proxies); TLS above it is one policy,
** implicit or begun later by sat_stream_start_tls.  It reads ahead while the
** loop runs, up to a bound, and writes what is queued; nothing blocks.
**
** A stream is an operation that is armed again and again: whatever answers 0
** arms it, and progress (connected, bytes came, output drained, an error)
** finishes it.  One waiter at a time.  What has failed stays failed.
*/
#ifndef sat_stream_h
#define sat_stream_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "net/loop.h"
#include "net/tls.h"

/* bytes that the loop reads ahead of who takes them */
#define SAT_STREAM_AHEAD ((size_t)1 << 20)

/* unwritten bytes above which writers wait: sat_stream_drained */
#define SAT_STREAM_BACKLOG ((size_t)256 << 10)

/* All strings are copied. */
struct sat_stream_request {
  const char *host; /* a name or an address */
  unsigned port;
  bool tls;             /* TLS from the first byte on */
  struct sat_tls policy;
  const char *proxy;    /* "http://…", "socks5h://…"; NULL: as the
                           environment's all_proxy says; "": none */
  double timeout;       /* seconds for connecting and each handshake; 0: no
                           limit */
  double idle;          /* seconds that a waiter waits without a byte; 0: no
                           limit */
};

/* what an error record has no place for */
struct sat_stream_failure {
  const char *hint;  /* static text, or NULL */
  const char *stage; /* "resolve" "connect" "proxy" "tls" "receive" "send" */
  bool closed;       /* the other end closed the stream */
};

struct sat_stream;

/* Begins to connect.  NULL after recording an error. */
struct sat_stream *sat_stream_new(struct sat_loop *loop,
                                  const struct sat_stream_request *r,
                                  struct sat_error *err);

/* Without I/O beyond close(2): no farewell of TLS. */
void sat_stream_free(struct sat_stream **s);

struct sat_op *sat_stream_op(struct sat_stream *s);

/* 0: connecting, in a handshake, or (afterwards) nothing has come; 1: ready,
** that is: connected when it was not, else unread bytes are there; -1: it
** failed, see sat_stream_error.  Who leaves bytes unread waits by the 0 of
** sat_stream_fill instead. */
int sat_stream_step(struct sat_stream *s);

/* connected, and no handshake under way */
bool sat_stream_ready(const struct sat_stream *s);

/* The unread bytes, valid until the next call but sat_stream_skip, and no
** longer than the loop stands. */
void sat_stream_peek(const struct sat_stream *s, const uint8_t **p_r,
                     size_t *n_r);

/* Takes the first n of them; cheap. */
void sat_stream_skip(struct sat_stream *s, size_t n);

/* Reads what is there now, at most SAT_STREAM_AHEAD in one go, however many
** are unread already.  The number of bytes that came (those that the loop
** has read meanwhile count); 0: none yet; -1: an error, which the end of the
** stream is, too: then sat_stream_failed has 'closed'. */
int sat_stream_fill(struct sat_stream *s);

/* Queues bytes and writes what can be written now.  -1: an error. */
int sat_stream_put(struct sat_stream *s, const void *p, size_t n);

/* bytes that are queued */
size_t sat_stream_pending(const struct sat_stream *s);

/* 1: no more than 'most' bytes are queued; 0: not yet, armed; -1: an error */
int sat_stream_drained(struct sat_stream *s, size_t most);

/* TLS from here on (RFC 3501 6.2.1, RFC 3207 4, RFC 2595 4).  Refused if
** bytes are unread or in the socket: they came in clear text, before it, and
** must not be taken for answers of the server.  Then step until 1. */
int sat_stream_start_tls(struct sat_stream *s);

/* DEFLATE both ways from here on (RFC 4978); what is unread is compressed
** already. */
int sat_stream_compress(struct sat_stream *s);

/* Appends the data of a channel binding: "tls-exporter" (RFC 9266),
** "tls-unique", "tls-server-end-point" (RFC 5929).  false: this stream has
** none of that type. */
bool sat_stream_binding(const struct sat_stream *s, const char *type,
                        struct sat_buf *out);

/* How long a waiter waits without a byte, from now on; 0: no limit. */
void sat_stream_set_idle(struct sat_stream *s, double seconds);

/* Ends it with an error of kind cancelled. */
void sat_stream_cancel(struct sat_stream *s);

/* Says farewell if that does not block, and closes the socket. */
void sat_stream_close(struct sat_stream *s);

const struct sat_error *sat_stream_error(const struct sat_stream *s);
const struct sat_stream_failure *sat_stream_failed(
    const struct sat_stream *s);

struct sat_stream_info {
  const char *host, *place;   /* "host:port" */
  const char *address;        /* of the other end, or NULL */
  const char *tls, *cipher;   /* "TLSv1.3"; NULL: clear text */
  const char *peer_name;      /* the name in the certificate, or NULL */
  const char *issuer;         /* who signed it */
  int64_t expires;            /* seconds since the epoch */
  bool verified, compressed;
  uint64_t sent, received;    /* bytes of the protocol, in clear */
};

void sat_stream_describe(const struct sat_stream *s,
                         struct sat_stream_info *out_r);

#endif
