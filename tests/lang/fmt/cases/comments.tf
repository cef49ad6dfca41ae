#no blank
//slashes
   # indented
/* block */
/*
  several
   lines
*/
a=1#one
bb=22   // two
ccc=333 /* three */
dddd=4444 /* 4 */ # four

e=1 # é
ff="日本" # wide
g=1
# alone
h=2 # last
b { # opening
x=1 # in
    # alone in
yy=2/* c */
} # closing
c "d" /* between */ "e" /* before */ {
}
d /* dropped */ "e" {}
l=[ # opening
1, # one
22, # two
/* before */ 3
# last
]
o={ # opening
a=1, # one
bb=2 # two
}
/* before */ z=1
m = [ /* a
b */ 1 ]
/**/
