/*
** What the files of a stream share: stream.c is its life, stream_connect.c
** has libcurl make the connection, stream_io.c moves bytes,
** stream_error.c puts failures into words.
*/
#ifndef sat_stream_state_h
#define sat_stream_state_h

#include <curl/curl.h>

#include "net/deflate.h"
#include "net/multi.h"
#include "net/proxy.h"
#include "net/stream.h"
#include "net/tls_session.h"
#include "net/window.h"

enum sat_stream_stage {
  SAT_STREAM_CONNECTING,
  SAT_STREAM_SHAKING, /* hands, by TLS */
  SAT_STREAM_OPEN,
  SAT_STREAM_ENDED
};

struct sat_stream {
  struct sat_op op;
  enum sat_stream_stage stage;

  /* permanent */
  char host[256];  /* as the certificate must name it */
  char place[300]; /* "host:port", as it was given */
  struct sat_proxy proxy;
  char address[80]; /* of the other end, once connected */
  bool implicit;   /* TLS follows the connection */
  struct sat_tls policy; /* its texts are the stream's own */
  double timeout, idle;

  /* while libcurl connects */
  CURL *easy;
  struct sat_transfer transfer;
  bool running;
  char detail[CURL_ERROR_SIZE];

  /* the socket, -1: none; and what it is watched for */
  int fd;
  unsigned watched;
  struct sat_timer timer;
  double active; /* when something last went on, or a wait began */

  struct sat_tls_session *tls;
  struct sat_tls_info tls_info; /* once hands are shaken */
  struct sat_deflate *deflate;
  struct sat_window in, out; /* unread, unwritten */
  struct sat_window packed;  /* read, still compressed */
  size_t fresh;     /* unread bytes that nobody was told of */
  size_t chunk;     /* bytes to ask the socket for */
  size_t drain_to;  /* who waits for output waits for this many left */
  bool waits_in, waits_out; /* for whom it is armed */
  bool told_ready;  /* sat_stream_step has said that it is connected */
  bool read_wants_write, write_wants_read; /* TLS has its own ways */
  uint64_t sent, received;

  struct sat_error err;
  struct sat_stream_failure failure;
};

/* Sets libcurl up and starts it.  -1 after recording an error. */
int sat_stream_connect(struct sat_stream *s,
                       const struct sat_stream_request *r,
                       struct sat_error *err);

/* Lets go of libcurl. */
void sat_stream_disconnect(struct sat_stream *s);

/* libcurl has connected; s->fd is set */
void sat_stream_connected(struct sat_stream *s);

/* Reads what is there into s->in, at most SAT_STREAM_AHEAD.  Ends the stream
** on errors. */
void sat_stream_pull(struct sat_stream *s);

/* Of what came before the end, more than SAT_STREAM_AHEAD may be left. */
void sat_stream_unpack_rest(struct sat_stream *s);

/* Writes what can be written of s->out. */
void sat_stream_push(struct sat_stream *s);

/* Watches the socket for what is wanted now. */
void sat_stream_watch(struct sat_stream *s);

/* The error is recorded: closes the socket and tells the waiter. */
void sat_stream_end(struct sat_stream *s);

/* Record errors; they do not end the stream. */
void sat_stream_explain_connect(struct sat_stream *s, CURLcode code);
void sat_stream_explain_timeout(struct sat_stream *s);
void sat_stream_explain_closed(struct sat_stream *s);
void sat_stream_explain_errno(struct sat_stream *s, int code,
                              const char *stage);
void sat_stream_explain_tls(struct sat_stream *s, const char *stage);

#endif
