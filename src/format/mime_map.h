/*
** Bytes of files that are mapped: read once from front to back, so that what
** has been passed need not stay in memory.  Told to forget, a run is read
** from the file again when it is touched.
*/
#ifndef sat_mime_map_h
#define sat_mime_map_h

#include <stddef.h>

#define SAT_MAP_STEP ((size_t)2 << 20) /* forgotten in steps of this */

/* Whole pages within p[0..n) of a mapped file; never of other memory. */
void sat_map_forget(const char *p, size_t n);

#endif
