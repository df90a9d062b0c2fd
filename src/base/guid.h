/*
** GUIDs as they stand on the wire ([MS-DTYP] 2.3.4.2): three little-endian
** numbers, then eight bytes.  As text: 36 lower-case characters.
*/
#ifndef sat_guid_h
#define sat_guid_h

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sat_guid {
  uint8_t b[16];
};

#define SAT_GUID_TEXT 37 /* with the zero byte */

void sat_guid_format(const struct sat_guid *g, char out[SAT_GUID_TEXT]);

/* Reads 36 characters, with or without braces; false if it is no GUID. */
bool sat_guid_parse(const char *s, size_t n, struct sat_guid *g_r);

/* A random one (version 4); false if the system has no randomness. */
bool sat_guid_random(struct sat_guid *g_r);

#endif
