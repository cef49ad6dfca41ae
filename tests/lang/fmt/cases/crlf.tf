a=1
bb=2 # c

// d
b {
	x=[
1,
2]
/* e
f */
}
c=<<EOT
 x
EOT
d=1
