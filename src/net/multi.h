/*
** libcurl's transfers in the loop.  One multi handle per loop keeps the
** connections of all transfers; libcurl tells which sockets and which
** timer it waits for, and is called only from here.
*/
#ifndef sat_multi_h
#define sat_multi_h

#include <curl/curl.h>

#include "base/error.h"
#include "net/loop.h"

/* what CURLOPT_PRIVATE of each easy handle points to */
struct sat_transfer {
  void (*done)(struct sat_transfer *t, CURLcode code);
  bool stays; /* done() finds it not yet taken out, with its connection */
};

/* Starts a transfer.  -1 after recording an error. */
int sat_multi_start(struct sat_loop *loop, CURL *easy,
                    struct sat_error *err);

/* Takes a transfer out, ended or not; never while libcurl is running. */
void sat_multi_stop(struct sat_loop *loop, CURL *easy);

#endif
