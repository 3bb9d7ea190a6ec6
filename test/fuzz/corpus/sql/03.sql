select 'a'
 -- c
 'b''c'