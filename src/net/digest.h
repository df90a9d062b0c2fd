/*
** Digests and random bytes, by OpenSSL.
*/
#ifndef sat_digest_h
#define sat_digest_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SAT_SHA256_SIZE 32
#define SAT_MD5_SIZE 16

struct sat_digest;

/* A new SHA-256; NULL without memory. */
struct sat_digest *sat_digest_new(void);
bool sat_digest_update(struct sat_digest *d, const void *p, size_t n);

/* The digest of what came so far; the object takes no more afterwards. */
bool sat_digest_final(struct sat_digest *d, uint8_t out[SAT_SHA256_SIZE]);

void sat_digest_free(struct sat_digest **d);

/* MD5, for protocols that know nothing better (APOP).  false: there is none
** in this build of OpenSSL. */
bool sat_digest_md5(const void *p, size_t n, uint8_t out[SAT_MD5_SIZE]);

/* false if the system has no randomness */
bool sat_random_bytes(void *p, size_t n);

#endif
