/*
** JSON Web Tokens that we sign (RFC 7515, RFC 7518 3), and the thumbprints
** of certificates that go with them.  Keys and certificates are PEM text.
*/
#ifndef sat_jwt_h
#define sat_jwt_h

#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* Appends header.claims.signature.  The header names the algorithm: "RS256"
** or "PS256" (a key of RSA with 2048 bits or more) or "ES256" (one of
** P-256).  'phrase' opens an encrypted key; NULL: it is not.  -1 after
** recording an error. */
int sat_jwt_sign(struct sat_bytes header, struct sat_bytes claims,
                 struct sat_bytes pem, const char *phrase,
                 struct sat_buf *out, struct sat_error *err);

/* Appends the digest ("sha1" or "sha256") of the first certificate's DER
** bytes: x5t and x5t#S256 (RFC 7515 4.1.7) once they are base64url. */
int sat_jwt_thumbprint(struct sat_bytes pem, const char *digest,
                       struct sat_buf *out, struct sat_error *err);

/* base64 of RFC 4648 5, without padding */
void sat_jwt_base64url(struct sat_buf *out, const void *p, size_t n);

#endif
