/*
** The TLS policy: certificates are verified unless the caller says
** otherwise, nothing older than TLS 1.2 is spoken, and credentials do not
** travel without it unless the caller says so.
*/
#ifndef sat_tls_h
#define sat_tls_h

#include <curl/curl.h>
#include <stdbool.h>

#include "base/error.h"

struct sat_tls {
  const char *ca;     /* a PEM file, or a folder of hashed certificates */
  const char *cert;   /* the client's certificate, PEM */
  const char *key;    /* its key; NULL: in the same file */
  bool no_verify;     /* accepts any certificate */
  bool clear_allowed; /* credentials may travel in clear text */
};

/* Applies the policy to a transfer.  -1 after recording an error. */
/* The same for a proxy that is spoken to by TLS, but for the client's
** certificate, which is the server's business. */
void sat_tls_apply_to_proxy(CURL *easy, const struct sat_tls *tls);

int sat_tls_apply(CURL *easy, const struct sat_tls *tls,
                  struct sat_error *err);

/* What to do about a certificate that was refused, by OpenSSL's reason or
** else by what the text says: static text, or NULL. */
const char *sat_tls_hint(long verify_result, const char *detail);

/* -1 after recording an error if a file of the policy cannot be read. */
int sat_tls_check_files(const struct sat_tls *tls, struct sat_error *err);

/* whether a path is a folder of hashed certificates */
bool sat_tls_is_folder(const char *path);

/* Records why TLS failed, in words; 'place' is "host:port" and 'detail'
** libcurl's own text.  Gives a hint (static text) or NULL; false if the
** code is not about TLS. */
bool sat_tls_explain(CURL *easy, CURLcode code, const char *place,
                     const char *detail, struct sat_error *err,
                     const char **hint_r);

#endif
