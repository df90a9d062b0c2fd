/*
** What stands before and after the fields of a body: StatusCode, and the
** auxiliary buffer ([MS-OXCMAPIHTTP] 2.2.2.2).
*/
#ifndef sat_mapihttp_heads_h
#define sat_mapihttp_heads_h

#define BODY_HEAD F(code, status_code)
#define BODY_TAIL SECRET(bin32, auxiliary_buffer)

#endif
