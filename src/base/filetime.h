/*
** FILETIME ([MS-DTYP] 2.3.3): 100 ns intervals since 1601-01-01 UTC.
** Scripts have seconds since 1970; the fraction is dropped, never rounded up.
*/
#ifndef sat_filetime_h
#define sat_filetime_h

#include <stdint.h>

int64_t sat_filetime_to_unix(uint64_t filetime);

#endif
