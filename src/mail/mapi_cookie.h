/*
** The cookies of one session context ([MS-OXCMAPIHTTP] 3.1.5.2).  The server
** renews the sequence cookie with each answer; the newest value of a name is
** the one that is sent.  Bounded in number and size.
*/
#ifndef sat_mapi_cookie_h
#define sat_mapi_cookie_h

#include <stddef.h>

#include "base/buf.h"

#define SAT_MAPI_COOKIES 32
#define SAT_MAPI_COOKIE_SIZE 4096 /* of one, name and value */

struct sat_mapi_cookies {
  struct {
    char *name, *value;
  } c[SAT_MAPI_COOKIES];
  size_t n;
};

/* Takes the value of a Set-Cookie header.  What is malformed, too large or
** one too many is ignored; Max-Age=0 removes. */
void sat_mapi_cookies_take(struct sat_mapi_cookies *j, struct sat_bytes set);

/* Appends "a=1; b=2"; nothing when there are none. */
void sat_mapi_cookies_put(const struct sat_mapi_cookies *j,
                          struct sat_buf *out);

/* Forgets and wipes all. */
void sat_mapi_cookies_clear(struct sat_mapi_cookies *j);

#endif
