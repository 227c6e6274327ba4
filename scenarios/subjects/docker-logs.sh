# Follows each container with a `docker logs` of its own, and ends when all of them have.
for id in $(docker ps --quiet --filter "label=$LABEL"); do
  docker logs --follow "$id" >>"$OUT_DIR/$id.log" 2>&1 &
done
wait
