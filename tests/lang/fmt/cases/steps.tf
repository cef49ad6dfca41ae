a=b.c.d
b=b . c . d
c=b [0]
d=b[ 0 ]
e=b["x"]
f=b[ "x" ] [ 1 ]
g=b.0
h=b.0.c
i=b.*.c
j=b[*].c
k=b [ * ] . c
l=f(x)[0].y
m=f (x) . y
n=[1,2][0]
o=[1,2] [0]
p={a=1}.a
q={a=1} ["a"]
r="x"[0]
s=(x) [0]
t=(x).y
u=x[y[z[0]]]
v=x[
0
]
w=1 [0]
