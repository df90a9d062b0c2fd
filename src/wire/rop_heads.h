/*
** What stands before the fields of a ROP ([MS-OXCROPS] 2.2.1): which handle
** indexes, by the word in rops.def.  The RopId itself is no field.
*/
#ifndef sat_rop_heads_h
#define sat_rop_heads_h

#define HEAD_REQ_IN F(u8, logon_id) F(u8, input_handle_index)
#define HEAD_REQ_IN_OUT HEAD_REQ_IN F(u8, output_handle_index)
#define HEAD_REQ_OUT F(u8, logon_id) F(u8, output_handle_index)
#define HEAD_REQ_PAIR \
  F(u8, logon_id) F(u8, source_handle_index) F(u8, dest_handle_index)
#define HEAD_REQ_SAVE \
  F(u8, logon_id) F(u8, response_handle_index) F(u8, input_handle_index)
#define HEAD_REQ_NONE
#define HEAD_RES F(u8, handle_index) F(code, return_value)

#endif
