name="pipeline"
shards=2
tags={
Team="data"
CostCenter="42" # shared
}
zones=["a","b",
"c"]
enabled=true
threshold=-1.5e3
