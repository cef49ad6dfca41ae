a=[for x in y:x]
b=[for x in[1,2]:x]
c=[for x in {a=1}:x]
d=[for k,v in x:k if v]
e=[ for k , v in x : k if v ]
f={for k,v in x:k=>v}
g={for k,v in x:k=>v...}
h={for k,v in x:k=>v ... if k}
i=[
for x in y:
x
if z
]
j={
for k,v in x:k=>{
a=v
}
if v!=null
}
k=[for x in (y):x]
l=[for x in y[0]:x]
n=[for x in y:"${x}"]
o=[for x in y:-x]
p=[for a in b:[for c in a:c]]
q={for x in y:"${x}"=>x}
s=in[0]
