/*
** The arithmetic of SCRAM (RFC 5802 3): keys out of a password, proofs and
** signatures out of keys.  Everything secret is wiped by who holds it.
*/
#ifndef sat_scram_h
#define sat_scram_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAT_SCRAM_MOST 32 /* bytes of a digest */

struct sat_scram_keys {
  size_t n; /* bytes of each */
  uint8_t client[SAT_SCRAM_MOST], server[SAT_SCRAM_MOST];
};

/* 'sha256' or else SHA-1.  false: OpenSSL failed. */
bool sat_scram_derive(bool sha256, const char *password, const uint8_t *salt,
                      size_t salt_n, unsigned rounds,
                      struct sat_scram_keys *out_r);

/* what the client shows, and what the server must show, of one exchange */
bool sat_scram_prove(bool sha256, const struct sat_scram_keys *keys,
                     const char *message, size_t n,
                     uint8_t proof_r[SAT_SCRAM_MOST],
                     uint8_t signature_r[SAT_SCRAM_MOST]);

/* in a time that tells nothing */
bool sat_scram_equal(const uint8_t *a, const uint8_t *b, size_t n);

#endif
